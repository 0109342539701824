import Testing

@Suite struct FlowTableImportTests {}
