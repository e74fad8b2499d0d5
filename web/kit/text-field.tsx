import type { VNode } from 'preact'
import { Field, LEFT_ALONE, type FieldProps } from './field.tsx'

export interface TextFieldProps extends Omit<FieldProps, 'children'> {
  readonly value: string
  readonly onInput: (value: string) => void
  /** Codes, words and addresses, which no browser is to correct, complete or keep, nor to ask a dictionary about. */
  readonly isCode?: boolean
  readonly inputMode?: 'text' | 'numeric' | 'url'
  readonly rows?: number
}

/** A line of text with its label; several lines with `rows`. */
export function TextField(props: TextFieldProps): VNode {
  const { inputMode = 'text', isCode = false, onInput, rows, value, ...field } = props
  const common = {
    ...LEFT_ALONE,
    ...(isCode ? CODE : PROSE),
    inputMode,
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

const CODE = { class: 'mono' } as const

const PROSE = { autoCapitalize: 'sentences', autoCorrect: 'on' } as const
