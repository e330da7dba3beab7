await import(process.env['INPUT_PROGRAM'])
