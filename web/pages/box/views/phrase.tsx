import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../../../kit/button.tsx'
import { PlainForm } from '../../../kit/plain-form.tsx'
import { TextField } from '../../../kit/text-field.tsx'
import { Title } from '../../../kit/title.tsx'
import { verbatim } from '../../../kit/verbatim.tsx'
import { checkWords, phraseWords as words } from '../../../copy/boxes-making.ts'
import type { ScreenOf } from '../actions.ts'
import type { BoxViewProps } from './props.ts'

/** The words, once. There is no button that copies them: a copied text lies in a clipboard, and in its history. */
export function PhraseScreen({ act, screen }: BoxViewProps & { screen: ScreenOf<'phrase'> }): VNode {
  return (
    <>
      <Title text={words.title} />
      <p class="lede">{words.lede}</p>
      <ol class="phrase mono" lang="" translate={false} aria-label={words.list}>
        {screen.words.map((word, place) => (
          <li key={place}>
            <span class="quiet">{place + 1}.</span> <span {...verbatim()}>{word}</span>
          </li>
        ))}
      </ol>
      <ul class="causes">
        {words.advice.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      <div class="buttons">
        <Button kind="seal" onPress={act.making.check}>
          {words.next}
        </Button>
      </div>
    </>
  )
}

/** Asks for three of them. */
export function CheckScreen({ act, screen }: BoxViewProps & { screen: ScreenOf<'check'> }): VNode {
  const { places, wrong } = screen
  const [typed, setTyped] = useState<readonly string[]>(places.map(() => ''))
  return (
    <>
      <Title text={checkWords.title} />
      <p class="lede">{checkWords.lede}</p>
      <PlainForm onSubmit={() => act.making.answer(typed)}>
        <div class="pair">
          {places.map((place, index) => (
            <div key={place}>
              <TextField
                id={`word-${place + 1}`}
                label={checkWords.word(place)}
                // The focus goes to the first of them, which speaks for all.
                error={wrong[0] === place ? checkWords.wrong(wrong) : undefined}
                occasion={screen}
                isCode
                value={typed[index] ?? ''}
                onInput={(word) => setTyped(typed.with(index, word))}
              />
            </div>
          ))}
        </div>
        <div class="buttons">
          <Button kind="seal" isSubmit>
            {checkWords.next}
          </Button>
          <Button onPress={act.making.showWords}>{checkWords.again}</Button>
        </div>
      </PlainForm>
    </>
  )
}
