import Testing

@Suite struct NetTypesImportTests {}
