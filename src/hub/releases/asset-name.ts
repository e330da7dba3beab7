/**
 * The name GitHub gives an uploaded file: letters lose their accents, whatever else is unusual becomes a dot, and no dot
 * leads, trails or stands beside another. gh computes the same before it looks for a file to replace (`--clobber`).
 */
export function assetName(given: string): string {
  const plain = given.normalize('NFD').replaceAll(/\p{Mn}/gu, '')
  const dotted = (plain.startsWith('.') ? `default${plain}` : plain).replaceAll(/[^\w+@-]+/g, '.')
  const name = dotted.replaceAll(/^\.+|\.+$/g, '')
  if (name === '') return 'default'
  return name === given || name.includes('.') ? name : `default.${name}`
}
