import { registerHooks } from 'node:module'

/**
 * The one place that loads GitHub's workflow parser. The package imports its schema as JSON without the attribute Node
 * asks for (actions/languageservices#387), so a resolve hook adds it; a static import would be linked before the hook
 * exists. Costs about 150 ms: call it only where a workflow is really read.
 */
export async function loadParser() {
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context)
      return isParserJson(resolved.url) ? { ...resolved, importAttributes: { type: 'json' } } : resolved
    },
  })
  try {
    const [reader, yaml, context, constants, schema, conversion, tokens] = await Promise.all([
      import('@actions/workflow-parser/templates/template-reader'),
      import('@actions/workflow-parser/workflows/yaml-object-reader'),
      import('@actions/workflow-parser/templates/template-context'),
      import('@actions/workflow-parser/workflows/workflow-constants'),
      import('@actions/workflow-parser/workflows/workflow-schema'),
      import('@actions/workflow-parser/model/convert'),
      import('@actions/workflow-parser/templates/tokens/index'),
    ])
    return { ...reader, ...yaml, ...context, ...constants, ...schema, ...conversion, ...tokens }
  } finally {
    hooks.deregister()
  }
}

function isParserJson(url: string): boolean {
  return url.includes('/@actions/workflow-parser/') && url.endsWith('.json')
}

export type ParserModules = Awaited<ReturnType<typeof loadParser>>
