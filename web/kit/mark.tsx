import type { VNode } from 'preact'

/** The envelope and its seal. */
export function Mark({ size = 20, isClosing = false }: { size?: number; isClosing?: boolean }): VNode {
  return (
    <svg
      class={isClosing ? 'mark closing' : 'mark'}
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      aria-hidden="true"
    >
      <rect x="1.5" y="4" width="17" height="12" rx="1.5" />
      <path d="M2 5l8 6 8-6" />
      <circle cx="10" cy="12" r="2.6" />
    </svg>
  )
}
