/** Shorter values are masked only as they stand: their encodings would match ordinary text. */
const shortestToEncode = 6
/** Shorter lines of a multi-line secret are left alone: `{`, `}` and `---` would mask half the log. */
const shortestLine = 4

/** Every text under which a secret is to be found: itself, its lines, and both in the encodings programs print. */
export function encodedForms(secret: string): ReadonlySet<string> {
  const whole = secret.replace(/[\r\n]+$/, '')
  if (whole.trim() === '') return new Set()
  const lines = whole.split(/\r\n|\r|\n/)
  const parts =
    lines.length === 1 ? [] : lines.map(line => line.trim()).filter(line => line.length >= shortestLine)
  const forms = [whole, ...parts].flatMap(part => [
    part,
    ...(part.length < shortestToEncode ? [] : encodings(part)),
  ])
  return new Set(forms)
}

function encodings(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1)
  const uri = encodeURIComponent(value.toWellFormed())
  return [
    json,
    uri,
    uri.replaceAll('%20', '+'),
    // Inside double quotes, inside single quotes, and as `printf %q` and `set -x` write it.
    value.replaceAll('"', '\\"'),
    value.replaceAll("'", `'\\''`),
    value.replaceAll("'", `'"'"'`),
    value.replace(/[^\w@%+=:,./-]/g, '\\$&'),
    value.replace(/[&<>"']/g, character => xmlEntities[character] ?? character),
    ...base64Forms(value),
  ]
}

const xmlEntities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/**
 * Base64 of a longer text that contains the value, such as `user:value`: where the value begins is known only modulo
 * three bytes. Of each shift, the characters that depend on nothing but the value.
 */
function base64Forms(value: string): readonly string[] {
  const bytes = Buffer.from(value)
  const shifted = [0, 1, 2].map(shift => {
    const rest = bytes.subarray(shift)
    return rest.toString('base64').slice(0, Math.floor((rest.length * 8) / 6))
  })
  const forms = [bytes.toString('base64'), ...shifted]
  const urlSafe = forms.map(form => form.replaceAll('+', '-').replaceAll('/', '_'))
  return [...forms, ...urlSafe].filter(form => form.length >= shortestToEncode)
}
