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
