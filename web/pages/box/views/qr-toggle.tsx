import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../../../kit/button.tsx'
import { lazy } from '../../../kit/lazy.tsx'

/** A button that shows a text for the camera of another device. */
export function QrToggle(props: { text: string; title: string; show: string; hide: string }): VNode {
  const { hide, show, text, title } = props
  const [hasQr, setQr] = useState(false)
  return (
    <>
      <Button isOpen={hasQr} onPress={() => setQr(!hasQr)}>
        {hasQr ? hide : show}
      </Button>
      {hasQr && <Qr text={text} title={title} />}
    </>
  )
}

const Qr = lazy(async () => (await import('../../../kit/qr.tsx')).Qr)
