print("synesthesia")
