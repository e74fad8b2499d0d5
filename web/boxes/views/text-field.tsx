import type { VNode } from 'preact'
import { Field, type FieldProps } from '../../parts/field.tsx'

export interface TextFieldProps extends Omit<FieldProps, 'children'> {
  readonly value: string
  readonly onInput: (value: string) => void
  /** Codes and words, which no browser is to correct, complete or keep. */
  readonly isCode?: boolean
  readonly rows?: number
  readonly isNumber?: boolean
}

/** A line of text with its label; several lines with `rows`. */
export function TextField(props: TextFieldProps): VNode {
  const { isCode = false, isNumber = false, onInput, rows, value, ...field } = props
  const common = {
    autoComplete: 'off',
    autoCapitalize: isCode ? 'off' : 'sentences',
    class: isCode ? 'mono' : '',
    inputMode: isNumber ? 'numeric' : 'text',
    spellcheck: false,
    value,
  } as const
  return (
    <Field {...field}>
      {(ids) =>
        rows === undefined ? (
          <input {...ids} {...common} onInput={({ currentTarget }) => onInput(currentTarget.value)} />
        ) : (
          <textarea {...ids} {...common} rows={rows} onInput={({ currentTarget }) => onInput(currentTarget.value)} />
        )
      }
    </Field>
  )
}
