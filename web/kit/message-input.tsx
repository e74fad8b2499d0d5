import type { VNode } from 'preact'
import { LEFT_ALONE, type FieldIds } from './field.tsx'

/** Where a message is typed. Nothing of it goes to a spelling service, and the browser keeps none of it for other forms. */
export function MessageInput(props: {
  ids: FieldIds
  rows: number
  value: string
  onInput: (text: string) => void
}): VNode {
  const { ids, onInput, rows, value } = props
  return (
    <textarea
      {...ids}
      {...LEFT_ALONE}
      rows={rows}
      value={value}
      onInput={({ currentTarget }) => onInput(currentTarget.value)}
    />
  )
}
