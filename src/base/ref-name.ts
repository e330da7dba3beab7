/** True for text that may name a ref or a commit: git's own rules (git-check-ref-format), and no leading dash. */
export function isRefName(ref: string): boolean {
  if (ref.length === 0 || ref.length > 255) return false
  if (/^[-./]|[/.]$|\.lock$/.test(ref)) return false
  return !/[\s\p{Cc}~^:?*[\\]|\.\.|@\{|\/\/|\/\./u.test(ref)
}
