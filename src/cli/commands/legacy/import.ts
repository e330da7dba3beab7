import { command } from '../../command.ts'
export const importCommand = command<object>({ define: () => {}, parse: () => ({}), run: async () => 0 })
