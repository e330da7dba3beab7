/** Where a figure of a page comes from that is no measurement. `says` are the words of the page, figure included. */
export type FigureSource = { readonly page: string; readonly says: string } & (
  | {
      /** Code, a workflow, or an example of the page itself; `holds` are its words, the same number included. */
      readonly file: string
      readonly holds: string
    }
  /** A page of others, linked in the same paragraph, item or table. */
  | { readonly link: string }
  /** What other figures of the page come to, rounded. */
  | { readonly reckoned: number }
  /** Somebody's case, made up to show how a rule works; it says of what. */
  | { readonly example: string }
)
