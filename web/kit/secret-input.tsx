import type { VNode } from 'preact'
import { page as words } from '../copy/page.ts'
import { Button } from './button.tsx'
import { LEFT_ALONE, type FieldIds } from './field.tsx'

export interface SecretInputProps {
  readonly ids: FieldIds
  readonly value: string
  readonly isShown: boolean
  readonly onShow: (isShown: boolean) => void
  readonly onInput: (value: string) => void
}

/** A passphrase, hidden until its owner wants to see it. No browser is to keep, correct or look it up. */
export function SecretInput({ ids, value, isShown, onShow, onInput }: SecretInputProps): VNode {
  return (
    <div class="joined">
      <input
        {...ids}
        {...LEFT_ALONE}
        {...(isShown ? { type: 'text' as const } : { type: 'password' as const })}
        class="mono"
        value={value}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
      <Button label={isShown ? words.hideSecret : words.showSecret} onPress={() => onShow(!isShown)}>
        {isShown ? words.hide : words.show}
      </Button>
    </div>
  )
}
