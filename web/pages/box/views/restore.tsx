import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../../../kit/button.tsx'
import { Field } from '../../../kit/field.tsx'
import { SecretInput } from '../../../kit/secret-input.tsx'
import { TextField } from '../../../kit/text-field.tsx'
import { Title } from '../../../kit/title.tsx'
import { boxWords } from '../../../copy/boxes.ts'
import { boxFaults } from '../../../copy/boxes-faults.ts'
import { joinWords, restoreWords as words } from '../../../copy/boxes-making.ts'
import { JobForm } from './job-form.tsx'
import { faultAt, type BoxViewProps } from './props.ts'

/** The two ways back to a box. */
export function Restore(props: BoxViewProps): VNode {
  const { act } = props
  return (
    <>
      <Title text={words.title} />
      <p class="lede">{words.lede}</p>
      <FromFile {...props} />
      <FromPhrase {...props} />
      <div class="buttons apart">
        <Button onPress={() => act.go('list')}>{boxWords.back}</Button>
      </div>
    </>
  )
}

function FromFile({ act, state }: BoxViewProps): VNode {
  const [file, setFile] = useState<File | undefined>()
  const [passphrase, setPassphrase] = useState('')
  const [isShown, setShown] = useState(false)
  const code = faultAt(state, 'backup-open')
  return (
    <section>
      <h2>{words.fileTitle}</h2>
      <JobForm
        state={state}
        name="backup-open"
        button={words.fileNext}
        busy={words.opening}
        atField={['no_file', 'no_passphrase', 'open_failed']}
        onSubmit={() => act.making.openBackup(file, passphrase)}
      >
        <Field
          id="backup-file"
          label={words.file}
          error={code === 'no_file' ? boxFaults.no_file : undefined}
          occasion={state.fault}
        >
          {(ids) => <input {...ids} type="file" onChange={({ currentTarget }) => setFile(currentTarget.files?.[0])} />}
        </Field>
        <Field
          id="backup-passphrase"
          label={words.filePassphrase}
          error={code === 'no_passphrase' || code === 'open_failed' ? boxFaults[code] : undefined}
          occasion={state.fault}
        >
          {(ids) => (
            <SecretInput ids={ids} value={passphrase} isShown={isShown} onShow={setShown} onInput={setPassphrase} />
          )}
        </Field>
      </JobForm>
    </section>
  )
}

function FromPhrase({ act, state }: BoxViewProps): VNode {
  const [text, setText] = useState('')
  return (
    <section>
      <h2>{words.phraseTitle}</h2>
      <p class="warn-text">{words.phraseWarning}</p>
      <JobForm
        state={state}
        name="phrase"
        kind="plain"
        button={words.phraseNext}
        busy={words.looking}
        atField={['bad_phrase']}
        onSubmit={() => act.making.takePhrase(text)}
      >
        <TextField
          id="phrase"
          label={words.phrase}
          hint={words.phraseHint}
          error={faultAt(state, 'phrase') === 'bad_phrase' ? boxFaults.bad_phrase : undefined}
          occasion={state.fault}
          isCode
          rows={4}
          value={text}
          onInput={setText}
        />
      </JobForm>
    </section>
  )
}

/** With somebody else's box: keys of one's own for it. */
export function Join({ act, state }: BoxViewProps): VNode {
  const [address, setAddress] = useState('')
  const [readerName, setReaderName] = useState('')
  const code = faultAt(state, 'join')
  return (
    <>
      <Title text={joinWords.title} />
      <p class="lede">{joinWords.lede}</p>
      <JobForm
        state={state}
        name="join"
        button={joinWords.next}
        atField={['bad_address', 'no_name']}
        onSubmit={() => act.making.join(address, readerName)}
        beside={<Button onPress={() => act.go('list')}>{boxWords.back}</Button>}
      >
        <TextField
          id="address"
          label={joinWords.address}
          error={code === 'bad_address' ? boxFaults.bad_address : undefined}
          occasion={state.fault}
          isCode
          value={address}
          onInput={setAddress}
        />
        <TextField
          id="reader-name"
          label={joinWords.readerName}
          hint={joinWords.readerNameHint}
          error={code === 'no_name' ? boxFaults.no_name : undefined}
          occasion={state.fault}
          value={readerName}
          onInput={setReaderName}
        />
      </JobForm>
    </>
  )
}
