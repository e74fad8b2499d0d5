import { shownTime } from '#client/server-time.ts'
import type { VNode } from 'preact'
import { Button } from '../../kit/button.tsx'
import { Mark } from '../../kit/mark.tsx'
import { Notice } from '../../kit/notice.tsx'
import { Title } from '../../kit/title.tsx'
import { Said, verbatim } from '../../kit/verbatim.tsx'
import * as format from '../../copy/format.ts'
import { letterSent as words } from '../../copy/write.ts'
import type { LetterProps } from './letter.tsx'
import type { SentLetter } from '../../send/to-box.ts'

/** It is there. The return code, if there is one, is shown until it is written down, and never again. */
export function LetterSent(props: LetterProps & { readonly letter: SentLetter; readonly name: string }): VNode {
  const { act, device, letter, name, state } = props
  const { expiresAtMs, hasCode, words: code } = letter
  return (
    <>
      <Mark size={44} isClosing />
      <Title text={words.title} />
      <p class="lede">
        <Said of={(box) => words.lede(box, format.until(expiresAtMs, shownTime(device, device.clock())))} name={name} />
      </p>
      {code !== undefined && <Code act={act} origin={device.origin} code={code} />}
      <section class="block" aria-live="polite">
        {code === undefined && <p>{hasCode ? codeText(state.isAgain) : words.noCode}</p>}
        <p>{words.noTrace}</p>
        {state.isRemembered && <p>{words.traceRemembered}</p>}
        <p>{words.traceNetwork}</p>
      </section>
      {code === undefined && (
        <div class="buttons apart">
          <Button onPress={act.another}>{words.another}</Button>
        </div>
      )}
    </>
  )
}

function Code({ act, code, origin }: { act: LetterProps['act']; code: readonly string[]; origin: string }): VNode {
  return (
    <section aria-labelledby="return-code">
      <h2 id="return-code">{words.codeTitle}</h2>
      <Notice kind="warn">
        <p class="strong">{words.codeOnce}</p>
        <p>
          <Said of={words.codeHow} name={`${origin}/#return`} />
        </p>
      </Notice>
      <ol class="code-words mono" lang="" translate={false} aria-label={words.codeLabel}>
        {code.map((word, index) => (
          <li key={index} {...verbatim()}>
            {word}
          </li>
        ))}
      </ol>
      <div class="buttons">
        <Button kind="seal" onPress={act.noteCode}>
          {words.codeNoted}
        </Button>
      </div>
    </section>
  )
}

function codeText(isAgain: boolean): string {
  return isAgain ? words.codeSame : words.codeDone
}
