// That both packages can be imported side by side is the test.
import Files
import Metrics
import Models
import Synesthesia
import Tokenizers
