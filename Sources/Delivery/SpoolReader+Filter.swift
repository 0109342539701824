import Exporter
import Spool

extension SpoolReader {
    /// A reader for a destination, of the records that its filter keeps; nil when the spool does not know it.
    convenience init?(_ spool: Spool, for endpoint: ExportEndpoint) {
        let filter = endpoint.parameters.filter
        self.init(
            spool, destination: endpoint.name, keeps: filter.map { filter in { filter.keeps($0, $1) } })
    }
}
