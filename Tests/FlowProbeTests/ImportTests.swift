import Testing

@Suite struct FlowProbeImportTests {}
