/** What a service on the internet took for its work. */
export interface Cost {
  /** The backend's name: openai or router. */
  readonly provider: string
  readonly model: string
  readonly currency: 'USD'
  readonly amount: number
  /** Of audio that was sent. */
  readonly seconds: number
}

/** The costs of many requests, one line for each provider and model, in the order in which they first came. */
export function sumCosts(costs: readonly Cost[]): readonly Cost[] {
  const sums = new Map<string, Cost>()
  for (const cost of costs) {
    const key = `${cost.provider} ${cost.model}`
    const sum = sums.get(key)
    const amount = (sum?.amount ?? 0) + cost.amount
    sums.set(key, { ...cost, amount: roundMicro(amount), seconds: (sum?.seconds ?? 0) + cost.seconds })
  }
  return [...sums.values()]
}

/** Such as 0.0045: money is told to the millionth of a dollar, or sums would end in the noise of binary fractions. */
function roundMicro(amount: number): number {
  return Math.round(amount * 1e6) / 1e6
}
