import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../../parts/button.tsx'
import { lazy } from '../../parts/lazy.tsx'

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

const Qr = lazy(async () => (await import('../../parts/qr.tsx')).Qr)
