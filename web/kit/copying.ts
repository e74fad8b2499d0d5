import { VERBATIM } from './verbatim.tsx'

/** Copies exactly what is selected within one such element: browsers add line ends that are not in it. Clipboard API §5.2. */
export function copyVerbatim(event: ClipboardEvent): void {
  const selection = getSelection()
  // A field has a selection of its own, beside that of the document.
  if (selection?.rangeCount !== 1 || 'selectionEnd' in (event.target as Element)) return
  const range = selection.getRangeAt(0)
  const text = range.toString()
  if (text === '') return
  for (const element of document.querySelectorAll(`.${VERBATIM}`)) {
    const before = range.cloneRange()
    const after = range.cloneRange()
    before.setEndBefore(element)
    after.setStartAfter(element)
    // Beyond it nothing is selected but the end of its line.
    if (before.toString() + after.toString() !== '') continue
    event.clipboardData?.setData('text/plain', text)
    event.preventDefault()
    return
  }
}
