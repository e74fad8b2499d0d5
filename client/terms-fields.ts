import { BOX_INVITATION_FIELD, DROP_TERMS_FIELD } from '#protocol/api.ts'
import { formatBoxTerms, formatTerms, type BoxTerms, type DropTerms } from '#protocol/terms.ts'

/** The fields that set the terms of a drop, for a link or for a box. docs/protocol.md §6.1, §13.5. */
export function termsFields(sealed: {
  readonly terms: DropTerms | BoxTerms
  readonly invitation?: string | undefined
}): Record<string, string> {
  const terms = { [DROP_TERMS_FIELD]: formatAnyTerms(sealed.terms) }
  return sealed.invitation === undefined ? terms : { ...terms, [BOX_INVITATION_FIELD]: sealed.invitation }
}

/** The `Drop-Terms` field of either kind. */
export function formatAnyTerms(terms: DropTerms | BoxTerms): string {
  return 'box' in terms ? formatBoxTerms(terms) : formatTerms(terms)
}

/** How many readers may claim a drop: of one in a box, none. */
export function readsOf(terms: DropTerms | BoxTerms): number {
  return 'box' in terms ? 0 : terms.reads
}
