// Loaded before a program: to it this machine is a Mac.
Object.defineProperty(process, 'platform', { value: 'darwin' })
