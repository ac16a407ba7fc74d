import Foundation
import SynCheckpoints
import SynFiles
import SynImages
import SynModelHub
import SynModels
import SynReports
import SynStatistics
import SynTokenizers

extension Complaint {
    /// Any error of the rooms below, or of Foundation, as a sentence of its right kind.
    package init(_ error: any Error) {
        self =
            switch error {
            case let complaint as Complaint: complaint
            case let failure as FileFailure: Complaint(Kind(failure.kind), failure.description)
            case let failure as ModelHub.Failure: Complaint(Kind(failure.reason), failure.description)
            case let error as TokenizerError: Complaint(error.isMissing ? .missing : .badData, error.description)
            case let error as CheckpointError: Complaint(Kind(error.kind), error.description)
            case let error as ModelError: Complaint(Kind(error.kind), error.description)
            case let error as ReportFailure: Complaint(.badData, error.description)
            case let error as DataFileError: Complaint(.badData, error.description)
            case let error as StatisticsError: Complaint(.badData, error.description)
            case let error as ImageError: Complaint(Kind(error.kind), error.description)
            case let error as CocoaError where error.code == .fileReadNoSuchFile || error.code == .fileNoSuchFile:
                Complaint(.missing, "\(error.filePath ?? "a file") does not exist")
            case let error as CocoaError: Complaint(.failed, error.localizedDescription)
            default: Complaint(.failed, "\(error)")
            }
    }
}

extension Complaint.Kind {
    package init(_ kind: FileFailure.Kind) {
        self =
            switch kind {
            case .missing: .missing
            case .damaged: .badData
            case .unwritable, .inUse: .failed
            }
    }

    package init(_ reason: ModelHub.Failure.Reason) {
        self =
            switch reason {
            case .absent: .missing
            case .offline: .offline
            case .damaged: .badData
            case .settings: .settings
            case .refused, .network, .unwritable: .failed
            }
    }

    package init(_ kind: CheckpointError.Kind) {
        self =
            switch kind {
            case .missing: .missing
            case .damaged: .badData
            case .unwritable: .failed
            }
    }

    package init(_ kind: ModelError.Kind) {
        self =
            switch kind {
            case .missing: .missing
            case .damaged: .badData
            case .settings: .settings
            }
    }

    package init(_ kind: ImageError.Kind) {
        self =
            switch kind {
            case .missing: .missing
            case .damaged: .badData
            case .unwritable: .failed
            }
    }
}
