"""What a course needs beyond marks: reports, LMS files, review by hand, similarity, a cluster.

The room stands on `mcalclib.grader` and reads what it wrote; nothing here runs a student's code.
"""
