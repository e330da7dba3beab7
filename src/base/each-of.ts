/** Works through `items`, at most `width` of them at a time. Rejects with the first error, once those under way are done. */
export async function eachOf<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values()
  const workers = Array.from({ length: Math.min(width, items.length) }, async () => {
    for (const item of left) await work(item)
  })
  const failed = (await Promise.allSettled(workers)).find(result => result.status === 'rejected')
  if (failed) throw failed.reason
}
