import type { PublicKey } from '#protocol/public-key.ts'
import type { Opener } from '#client/link.ts'
import { claimsOf, provedClaims } from '#client/receive.ts'
import { Refused } from '#client/refused.ts'
import { connect, PATIENCE_MS } from '../network/connect.ts'
import { EXIT, Failure } from '../failure.ts'
import { openedBy } from './reader-key.ts'
import { formatTime } from '../terminal/format.ts'

/**
 * The message for a reader who got nothing, with everything that is proved of the drop.
 * @param reader - the key that was refused.
 */
export async function explainRefusal(
  error: unknown,
  opener: Opener,
  origin: string,
  reader: PublicKey,
): Promise<unknown> {
  if (!(error instanceof Refused)) return error
  if (error.code === 'wrong_passphrase') return wrongPassphrase(error)
  if (error.code !== 'claimed' && error.code !== 'gone') return error
  const proved = await provedClaims(connect(origin, PATIENCE_MS.look), opener, claimsOf(error))
  if (proved.length > 0) {
    const opened = openedBy(opener.dropId)
    const isOpenedHere = proved.some((receipt) => opened.includes(receipt.reader))
    const isClaimedHere = proved.some((receipt) => receipt.reader === reader)
    const what = isOpenedHere ? OPENED_HERE : isClaimedHere ? CLAIMED_HERE : REFUSED[error.code]
    const when = proved.map(({ claim: { created } }) => formatTime(created * 1_000)).join(', ')
    const hint =
      isOpenedHere || isClaimedHere ? undefined : 'if that was not you, tell the sender: others have the link'
    return new Failure(`${what}: claimed ${when}, proved by the reader's signature`, {
      exitCode: EXIT.gone,
      hint,
      cause: error,
    })
  }
  if (error.code === 'gone') return error
  return new Failure('the server says that somebody else has claimed it, and proves nothing', {
    exitCode: EXIT.gone,
    hint: 'ask the sender, whose ticket shows what is proved',
    cause: error,
  })
}

function wrongPassphrase(error: Refused): Failure {
  const left = error.triesLeft ?? 0
  const rest = left === 0 ? 'it was the last try, the drop is destroyed' : `${left} more and the drop is destroyed`
  return new Failure(`wrong passphrase: ${rest}`, { exitCode: EXIT.wrongPassphrase, cause: error })
}

const OPENED_HERE = 'this computer has opened it already'

const CLAIMED_HERE = 'this computer claimed it and has not opened it, and the server says that it is gone'

/** Only claims are judged here: whether they were opened as well, the token would tell, which only the sender has. */
const REFUSED = {
  claimed: 'somebody else has claimed it',
  gone: 'it is gone, and the server says that it was opened',
} as const
