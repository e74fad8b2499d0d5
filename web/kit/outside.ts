/**
 * Draws on a page that somebody else changes, too. The code that drew the texts would go on changing those that nobody sees any more.
 * @param others - the changes to the page by anybody else; it is emptied, and filled again outside of drawings
 * @returns runs a drawing with all texts back in their places; texts that the drawing leaves as they were are translated again at once
 */
export function drawAround(others: MutationRecord[]): (draw: () => void) => void {
  const translations = new Map<Node, Translation>()
  let isDrawing = false
  return (draw) => {
    if (isDrawing) return draw()
    isDrawing = true
    note(translations, others.splice(0))
    const drawn = new Map([...translations].map(([parent, translation]) => [parent, takeBack(parent, translation)]))
    try {
      draw()
    } finally {
      for (const [parent, translation] of translations)
        if (!putAgain(parent, translation, drawn.get(parent) ?? [])) translations.delete(parent)
      isDrawing = false
    }
  }
}

/** The texts that a translator has taken out of an element, and the nodes that it has put there instead. */
interface Translation {
  readonly texts: Text[]
  readonly instead: ChildNode[]
}

function note(translations: Map<Node, Translation>, records: readonly MutationRecord[]): void {
  for (const { addedNodes, removedNodes, target } of records) {
    const { texts, instead } = translations.get(target) ?? { texts: [], instead: [] }
    const removed = new Set<Node>(removedNodes)
    const added = Array.from(addedNodes) as ChildNode[]
    const back = new Set<Node>(added)
    const gone = Array.from(removedNodes).filter((node) => node instanceof Text && !instead.includes(node))
    translations.set(target, {
      texts: [...texts.filter((text) => !back.has(text)), ...(gone as Text[])],
      instead: [...instead, ...added].filter((node) => !removed.has(node) && !texts.includes(node as Text)),
    })
  }
}

/** Puts back the drawn texts. @returns the strings in them */
function takeBack(parent: Node, { instead, texts }: Translation): readonly string[] {
  const last = instead.at(-1)?.nextSibling ?? null
  for (const [n, text] of texts.entries()) {
    const there = instead[n]
    if (there?.parentNode === parent) there.replaceWith(text)
    else parent.insertBefore(text, last?.parentNode === parent ? last : null)
  }
  for (const left of instead.slice(texts.length)) left.remove()
  return texts.map(({ data }) => data)
}

/** @returns `false` if the drawing has changed it: then the translator finds a text that is new to it */
function putAgain(parent: Node, { instead, texts }: Translation, drawn: readonly string[]): boolean {
  const isSame = texts.every((text, n) => text.parentNode === parent && text.data === drawn[n])
  if (!isSame || texts.length === 0) return false
  for (const [n, text] of texts.entries()) {
    const isLast = n === texts.length - 1
    text.replaceWith(...instead.slice(n, isLast ? undefined : n + 1))
  }
  return true
}
