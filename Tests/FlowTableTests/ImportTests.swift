import Testing

@Suite struct FlowTableTestsImport {}
