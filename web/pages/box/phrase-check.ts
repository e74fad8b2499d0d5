import type { Random } from '#client/crypto/random.ts'

/** Three places of a phrase, each as likely as any other, in their order, counted from 0. @param count - at most 256 */
export function drawPlaces(count: number, random: Random): readonly number[] {
  const places = new Set<number>()
  while (places.size < ASKED) {
    const [byte = 0] = random(1)
    // The values that are left over would make the first places likelier.
    if (byte < 256 - (256 % count)) places.add(byte % count)
  }
  return [...places].toSorted((a, b) => a - b)
}

/** The places at which another word was typed. Spaces around it and capitals are no matter. */
export function wrongPlaces(
  words: readonly string[],
  places: readonly number[],
  typed: readonly string[],
): readonly number[] {
  return places.filter((place, index) => typed[index]?.trim().toLowerCase() !== words[place])
}

const ASKED = 3
