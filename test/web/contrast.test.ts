import { expect, test } from 'vitest'
import tokens from '../../web/style/tokens.css?raw'

const PAIRS = [...tokens.matchAll(/--(\w[\w-]*): light-dark\((#\w+|oklch\([^)]*\)), (#\w+|oklch\([^)]*\))\)/g)]

/** WCAG 2.2, 1.4.3 and 1.4.11: text on its ground, and the edge of a control on what is around it. */
const RULES: readonly (readonly [front: string, back: string, least: number])[] = [
  ...['ink', 'quiet', 'seal', 'burn', 'warn'].flatMap((front) => [
    [front, 'paper', 4.5] as const,
    [front, 'raised', 4.5] as const,
  ]),
  ['on-seal', 'seal', 4.5],
  ['control', 'paper', 3],
  ['control', 'raised', 3],
]

test.for(RULES)('%s on %s has a contrast of at least %d in both themes', ([front, back, least]) => {
  for (const theme of [2, 3]) {
    const [light, dark] = [luminance(colour(front, theme)), luminance(colour(back, theme))].toSorted((a, b) => b - a)
    expect(((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05)).toBeGreaterThanOrEqual(least)
  }
})

function colour(name: string, theme: number): string {
  const found = PAIRS.find(([, each]) => each === name)?.[theme]
  if (found === undefined) throw new Error(`tokens.css has no --${name}`)
  return found
}

/** Relative luminance as WCAG 2.2 defines it, of the colour as this browser paints it. */
function luminance(text: string): number {
  const canvas = document.createElement('canvas').getContext('2d')
  if (canvas === null) throw new Error('no canvas')
  canvas.fillStyle = text
  canvas.fillRect(0, 0, 1, 1)
  const [red = 0, green = 0, blue = 0] = Array.from(canvas.getImageData(0, 0, 1, 1).data, (value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
