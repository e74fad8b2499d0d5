import type { ComponentChildren, VNode } from 'preact'

export interface ButtonProps {
  readonly children: ComponentChildren
  /** `seal` for the one thing a screen is for, `burn` for what cannot be undone. */
  readonly kind?: 'seal' | 'burn' | 'plain' | 'small' | 'small burn'
  readonly onPress?: () => unknown
  readonly isSubmit?: boolean
  /** Stays focusable and says that it is at work; presses are ignored. */
  readonly isBusy?: boolean
  readonly label?: string | undefined
  /** Whether the label contains a name, which no translator may change. The visible text is always ours. */
  readonly hasName?: boolean
  readonly isOpen?: boolean | undefined
  readonly describedBy?: string | undefined
  /** Names the question that a press leads to: after a no the focus comes back here. */
  readonly asks?: string
}

export function Button(props: ButtonProps): VNode {
  const {
    children,
    kind = 'plain',
    onPress,
    isSubmit = false,
    isBusy = false,
    label,
    hasName = false,
    isOpen,
    describedBy,
    asks,
  } = props
  return (
    <button
      type={isSubmit ? 'submit' : 'button'}
      class={`button ${kind}`}
      aria-label={label}
      translate={hasName ? false : undefined}
      aria-disabled={isBusy ? true : undefined}
      aria-expanded={isOpen}
      aria-describedby={describedBy}
      data-asks={asks}
      onClick={() => {
        if (!isBusy) void onPress?.()
      }}
    >
      {hasName ? <span translate>{children}</span> : children}
    </button>
  )
}
