import { readFileSync } from 'node:fs'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { describeSystemError, EXIT, Failure } from '../failure.ts'

/**
 * Makes connections trust the system's certificates in addition to those of Node and `NODE_EXTRA_CA_CERTS`: authorities of a
 * company, or those in `SSL_CERT_FILE` and `SSL_CERT_DIR`, which the system's store is read from. Nothing is trusted
 * without a certificate.
 * @throws Failure for a file that is named and holds none
 */
export function trustSystem(): void {
  if (isDone) return
  isDone = true
  for (const name of ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS']) requireCertificates(name, process.env[name] ?? '')
  const all = [...getCACertificates('default'), ...getCACertificates('system')]
  setDefaultCACertificates([...new Set(all)])
}

/** Node takes a file that is not there for an empty one: then every server would seem to be the wrong one. */
function requireCertificates(name: string, path: string): void {
  if (path === '') return
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw useless(`cannot read the certificates that ${name} names: ${describeSystemError(cause)}: ${path}`, cause)
  }
  if (!text.includes('-----BEGIN ')) throw useless(`${name} names a file without certificates: ${path}`)
}

function useless(sentence: string, cause?: unknown): Failure {
  return new Failure(sentence, { exitCode: EXIT.usage, hint: 'nothing was asked of any server', cause })
}

let isDone = false
