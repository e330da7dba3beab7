/** "a.sh, b.sh and 3 more": names for people, `most` of them. */
export function listed(names: readonly string[], most: number): string {
  const shown = names.slice(0, most).join(', ')
  return names.length > most ? `${shown} and ${names.length - most} more` : shown
}
