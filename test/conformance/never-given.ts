/** Answers that GitHub describes and a hub has no occasion to give: `OPERATION STATUS`, and why. */
const neverGiven: readonly { readonly answer: RegExp; readonly because: string }[] = [
  { answer: / 5\d\d$/, because: 'a hub that fails is a hub to be mended' },
  { answer: /\/(git|commits)\b.* 409$/, because: 'it serves no repository without a commit' },
  { answer: /\/(commits|git)(\/\S*)? 409$/, because: 'its repository is not empty' },
  { answer: /\/concurrency_groups 422$/, because: 'a page that cannot be read is taken for the first' },
  { answer: /\/readme 422$/, because: 'whatever ref is asked for, it is there or it is not' },
  { answer: /^POST \/user\/repos (201|304|404)$/, because: 'it makes no repository beside its own' },
  { answer: /\/permissions\/workflow 409$/, because: 'no organisation forbids its owner a setting' },
  { answer: /^PATCH \S+\{repo\} 307$/, because: 'its repository is never renamed' },
  { answer: / 301$/, because: 'its repository and branches are never renamed' },
  { answer: /^GET \S+\{repo\} 403$/, because: 'every token may know that the repository is there' },
  { answer: /\/contents\/\{path\} 302$/, because: 'GitHub itself says when only for its own storage' },
  { answer: /^GET \/rate_limit 404$/, because: 'an Enterprise Server with its limits switched off says so' },
  { answer: /^GET \/versions 404$/, because: 'an Enterprise Server older than versions says so' },
]

export function isNeverGiven(operation: string, status: number): boolean {
  return neverGiven.some(({ answer }) => answer.test(`${operation} ${status}`))
}
