import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { parseName } from '#protocol/card.ts'
import { Button } from '../../../kit/button.tsx'
import { Notice } from '../../../kit/notice.tsx'
import { TextField } from '../../../kit/text-field.tsx'
import { Title } from '../../../kit/title.tsx'
import { boxWords } from '../../../copy/boxes.ts'
import { boxFaults } from '../../../copy/boxes-faults.ts'
import { createWords as words } from '../../../copy/boxes-making.ts'
import type { ScreenOf } from '../actions.ts'
import { JobForm } from './job-form.tsx'
import { faultAt, type BoxViewProps } from './props.ts'
import { FIRST_TERMS, BoxTermsFields } from './terms-fields.tsx'

/** The name of a box, its first reader, and its terms. */
export function Create({ act, screen, state }: BoxViewProps & { screen: ScreenOf<'create'> }): VNode {
  const { restoring } = screen
  const [name, setName] = useState(restoring?.name ?? '')
  const [readerName, setReaderName] = useState('')
  const [terms, setTerms] = useState(restoring?.terms ?? FIRST_TERMS)
  const missing = faultAt(state, 'create') === 'no_name'
  const isNamed = parseName(name.trim()) !== undefined
  return (
    <>
      <Title text={restoring === undefined ? words.title : words.restoreTitle} />
      <p class="lede">{restoring === undefined ? words.lede : words.restoreLede}</p>
      {restoring !== undefined && (
        <Notice kind="warn">
          <p>{words.restoreWarning}</p>
          <p>{words.restoreReaders}</p>
        </Notice>
      )}
      <JobForm
        state={state}
        name="create"
        button={words.next}
        atField={['no_name']}
        onSubmit={() => act.making.create({ name, readerName, ...terms })}
        beside={<Button onPress={() => act.go('list')}>{boxWords.back}</Button>}
      >
        <TextField
          id="box-name"
          label={words.name}
          hint={words.nameHint}
          error={missing && !isNamed ? boxFaults.no_name : undefined}
          occasion={state.fault}
          value={name}
          onInput={setName}
        />
        <TextField
          id="reader-name"
          label={words.readerName}
          hint={words.readerNameHint}
          error={missing && isNamed ? boxFaults.no_name : undefined}
          occasion={state.fault}
          value={readerName}
          onInput={setReaderName}
        />
        <BoxTermsFields terms={terms} onInput={setTerms} />
      </JobForm>
    </>
  )
}
