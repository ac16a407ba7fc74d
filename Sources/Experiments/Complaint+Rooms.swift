import Foundation
import ModelHub

extension Complaint {
    /// Any error of the rooms below, or of Foundation, as a sentence of its right kind.
    public init(_ error: any Error) {
        self =
            switch error {
            case let complaint as Complaint: complaint
            case let failure as ModelHub.Failure:
                Complaint(failure.reason == .offline ? .offline : .missing, failure.description)
            case let error as CocoaError where error.code == .fileReadNoSuchFile || error.code == .fileNoSuchFile:
                Complaint(.missing, "\(error.filePath ?? "a file") does not exist")
            case let error as CocoaError: Complaint(.failed, error.localizedDescription)
            default: Complaint(.failed, "\(error)")
            }
    }
}
