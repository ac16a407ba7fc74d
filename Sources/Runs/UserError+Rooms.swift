import Foundation
import SynCUDA
import SynCheckpoints
import SynFiles
import SynImages
import SynModelHub
import SynModels
import SynReports
import SynStatistics
import SynTensors
import SynTokenizers

extension UserError {
    /// Any error of the rooms below, or of Foundation, as a sentence of its right kind.
    package init(_ error: any Error) {
        self =
            switch error {
            case let complaint as UserError: complaint
            case let failure as FileFailure: UserError(Kind(failure.kind), failure.description)
            case let failure as ModelHub.Failure: UserError(Kind(failure.reason), failure.description)
            case let error as TokenizerError: UserError(error.isMissing ? .missing : .badData, error.description)
            case let error as CheckpointError: UserError(Kind(error.kind), error.description)
            case let error as CUDAFailure:
                UserError(error.kind == .missing ? .missing : .failed, "device cuda: \(error.description)")
            case let error as DeviceFailure: UserError(.failed, error.description)
            case let error as ModelError: UserError(Kind(error.kind), error.description)
            case let error as ReportFailure: UserError(.badData, error.description)
            case let error as DataFileError: UserError(.badData, error.description)
            case let error as StatisticsError: UserError(.badData, error.description)
            case let error as ImageError: UserError(Kind(error.kind), error.description)
            case let error as CocoaError where error.code == .fileReadNoSuchFile || error.code == .fileNoSuchFile:
                UserError(.missing, "\(error.filePath ?? "a file") does not exist")
            case let error as CocoaError: UserError(.failed, error.localizedDescription)
            default: UserError(.failed, "\(error)")
            }
    }
}

extension UserError.Kind {
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
