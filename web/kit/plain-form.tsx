import type { ComponentChildren, VNode } from 'preact'

/** A form of which the browser checks nothing, keeps nothing and sends nothing. */
export function PlainForm({ children, onSubmit }: { children: ComponentChildren; onSubmit: () => void }): VNode {
  return (
    <form
      class="stack"
      noValidate
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit()
      }}
    >
      {children}
    </form>
  )
}
