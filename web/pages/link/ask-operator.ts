import { jsonForm } from '#client/answers.ts'
import { ask } from '#client/server.ts'
import { isCurrent, parseOperator } from '#protocol/operator.ts'
import type { OperatorNotice } from './state.ts'
import { LOOK_PATIENCE_MS, serverOf } from '../../platform/server.ts'
import type { Tools } from './tools.ts'

/** The statements of the operator. It is somebody else's text: shown as text, or not at all. */
export async function askOperator(tools: Pick<Tools, 'device' | 'transport'>): Promise<OperatorNotice> {
  try {
    const operator = await ask(serverOf(tools, LOOK_PATIENCE_MS), { name: 'operator' }, jsonForm(parseOperator))
    const { statement } = operator
    return { operator, holds: statement !== undefined && isCurrent(statement, tools.device.clock()) }
  } catch {
    return { operator: undefined, holds: false }
  }
}
