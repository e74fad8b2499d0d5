import type { ComponentChildren, VNode } from 'preact'

/** A few sentences that must not be missed. `burn` only for what is gone for good or went wrong. */
export function Notice({
  kind,
  role,
  children,
}: {
  kind: 'seal' | 'burn' | 'warn'
  role?: 'alert'
  children: ComponentChildren
}): VNode {
  return (
    <div class={`notice ${kind}`} role={role}>
      {children}
    </div>
  )
}
