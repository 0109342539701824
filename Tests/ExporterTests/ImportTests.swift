import Testing

@Suite struct ExporterImportTests {}
