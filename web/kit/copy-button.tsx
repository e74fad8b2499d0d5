import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { page } from '../copy/page.ts'
import { Button, type ButtonProps } from './button.tsx'

/** Copies, and says so on itself for a while; a browser that refuses is told of beside it. @param copy - resolves with whether it worked. */
export function CopyButton({
  text,
  copy,
  kind = 'plain',
}: {
  text: string
  copy: () => Promise<boolean>
  kind?: ButtonProps['kind'] & string
}): VNode {
  const [presses, setPresses] = useState(0)
  const [isCopied, setCopied] = useState(false)
  const [hasFailed, setFailed] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [isCopied, presses])
  const press = async (): Promise<void> => {
    const isDone = await copy()
    setCopied(isDone)
    setFailed(!isDone)
    setPresses((count) => count + 1)
  }
  return (
    <>
      <Button kind={kind} onPress={press}>
        <span class="swap">
          <span class={isCopied ? 'hidden' : ''}>{text}</span>
          <span class={isCopied ? '' : 'hidden'}>
            <span aria-hidden="true">✓ </span>
            {page.copied}
          </span>
        </span>
      </Button>
      {hasFailed && <p class="error beside">{page.copyFailed}</p>}
    </>
  )
}

const SHOWN_MS = 3_000
