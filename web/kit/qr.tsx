import type { VNode } from 'preact'
import { encode } from 'uqr'

/** A link as a QR code, drawn and not fetched. Always dark on light: many readers take nothing else. */
export function Qr({ text, title }: { text: string; title: string }): VNode {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET_MODULES })
  const path = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
  return (
    // Of an SVG element alone a translator is told nothing (HTML §3.2.6.5), and the name of a box may be in the title.
    <div translate={false}>
      <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={title} shape-rendering="crispEdges">
        <title>{title}</title>
        <rect width={size} height={size} fill="#fff" />
        <path d={path} fill="#000" />
      </svg>
    </div>
  )
}

/** ISO/IEC 18004: the empty margin, in modules. */
const QUIET_MODULES = 4
