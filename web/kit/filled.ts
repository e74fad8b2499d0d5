type Field = HTMLInputElement | HTMLTextAreaElement

/**
 * Tells a page of what programs put into its fields. A password manager may set a value without a word, or say that it has changed and
 * not that anything was typed: it is seen, and something else would be sealed.
 */
export function hearFilled(root: Element): void {
  const heard = new WeakMap<EventTarget, string>()
  const isNews = (field: Field): boolean => field.value !== (heard.get(field) ?? '')
  root.addEventListener('input', ({ target }) => isField(target) && heard.set(target, target.value), true)
  root.addEventListener('change', ({ target }) => isField(target) && isNews(target) && tell(target), true)
  root.addEventListener(
    'submit',
    (event) => {
      const form = event.target as HTMLFormElement
      const news = Array.from(form.elements).filter((field) => isField(field) && isNews(field)) as Field[]
      if (news.length === 0) return
      event.preventDefault()
      event.stopPropagation()
      // Drawing one would take the others back.
      void submitAfter(
        news.map((field) => [field, field.value]),
        form,
      )
    },
    true,
  )
}

/** One after the other: what a form knows of one is drawn before the next is told. */
async function submitAfter(news: readonly (readonly [Field, string])[], form: HTMLFormElement): Promise<void> {
  for (const [field, value] of news) {
    field.value = value
    tell(field)
    await new Promise((resolve) => setTimeout(resolve))
  }
  form.requestSubmit()
}

function tell(field: Field): void {
  field.dispatchEvent(new Event('input', { bubbles: true }))
}

function isField(target: unknown): target is Field {
  if (target instanceof HTMLTextAreaElement) return !target.readOnly
  return target instanceof HTMLInputElement && /^(?:text|password|url)$/.test(target.type)
}
