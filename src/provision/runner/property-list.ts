export type Plist = string | number | boolean | readonly Plist[] | { readonly [key: string]: Plist }

/** A property list of Apple's in XML, with a comment for people on top (plist(5)). Pure. */
export function propertyList(list: Plist, comment: string): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    `<!-- ${comment} -->`,
    '<plist version="1.0">',
    element(list, ''),
    '</plist>',
    '',
  ].join('\n')
}

function element(value: Plist, indent: string): string {
  if (typeof value === 'string') return `${indent}<string>${escaped(value)}</string>`
  if (typeof value === 'number') return `${indent}<integer>${value}</integer>`
  if (typeof value === 'boolean') return `${indent}<${value}/>`
  const inner = `${indent}  `
  if (isList(value)) {
    return [`${indent}<array>`, ...value.map(item => element(item, inner)), `${indent}</array>`].join('\n')
  }
  const members = Object.entries(value).flatMap(([key, member]) => [
    `${inner}<key>${escaped(key)}</key>`,
    element(member, inner),
  ])
  return [`${indent}<dict>`, ...members, `${indent}</dict>`].join('\n')
}

function isList(value: Plist): value is readonly Plist[] {
  return Array.isArray(value)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
