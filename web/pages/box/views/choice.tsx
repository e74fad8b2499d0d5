import type { VNode } from 'preact'

/** One thing that is wanted or not. */
export function Choice(props: {
  readonly id: string
  readonly label: string
  readonly hint: string
  readonly isChosen: boolean
  readonly onChange: (isChosen: boolean) => void
}): VNode {
  const { hint, id, isChosen, label, onChange } = props
  return (
    <div class="choice">
      <input
        id={id}
        type="checkbox"
        checked={isChosen}
        aria-describedby={`${id}-hint`}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      <label for={id}>{label}</label>
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
    </div>
  )
}
