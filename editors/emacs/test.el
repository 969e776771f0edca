;;; test.el --- Drives segls with eglot  -*- lexical-binding: t; -*-

;; Run by scripts/editors.sh in a folder with a.seg.  Ends with an error at the
;; first thing that is not as it should be.

;;; Code:

(require 'segls)
(require 'flymake)

(defun segls-test-check (ok message)
  "End with MESSAGE unless OK."
  (unless ok
    (message "emacs: %s" message)
    (kill-emacs 1)))

(defun segls-test-wait (what ok)
  "Wait until OK returns something, which is WHAT."
  (let ((limit (+ (float-time) 15)))
    (while (and (not (funcall ok)) (< (float-time) limit))
      (accept-process-output nil 0.1))
    (segls-test-check (funcall ok) (concat "there is no " what))))

(setq eglot-sync-connect 10
      eglot-autoshutdown nil
      project-find-functions nil)
(find-file "a.seg")
(unless (eglot-current-server)
  (apply #'eglot (eglot--guess-contact)))
(segls-test-check (eglot-current-server) "eglot is not connected")
(flymake-mode 1)
(flymake-start)
(segls-test-wait "diagnostic"
                 (lambda () (seq-some (lambda (d) (string-match-p "==" (flymake-diagnostic-text d)))
                                      (flymake-diagnostics))))
(goto-char (point-min))
(search-forward "statecode ")
(call-interactively #'segls-rule)
(with-current-buffer "*Segment rule*"
  (segls-test-check (string-match-p "\\`# single-equals\n" (buffer-string)) (concat "segls-rule shows " (buffer-string))))
(goto-char (point-min))
(search-forward "statecode = 0")
(replace-match "statecode == 0")
(eglot--signal-textDocument/didChange)
(goto-char (point-min))
(search-forward "contact).")
(let ((answer (jsonrpc-request (eglot--current-server-or-lose) :textDocument/completion (eglot--TextDocumentPositionParams))))
  (segls-test-check (string-match-p "FILTER" (format "%S" answer)) "FILTER is not among the completions"))
(search-forward "statec")
(let ((answer (jsonrpc-request (eglot--current-server-or-lose) :textDocument/hover (eglot--TextDocumentPositionParams))))
  (segls-test-check (string-match-p "Status" (format "%S" answer)) "the hover of statecode does not have its label"))
(goto-char (point-min))
(eglot-rename "Readers")
(segls-test-check (string-match-p "SEGMENT(Readers)" (buffer-string)) (concat "the rename gave " (buffer-string)))
(goto-char (point-min))
(search-forward "Readers = ")
(replace-match "Readers   =")
(eglot-format-buffer)
(segls-test-check (string-match-p "\\`Readers = PROFILE" (buffer-string)) (concat "formatting gave " (buffer-string)))
(goto-char (point-min))
(search-forward "All = ")
(segls-wire-form)
(segls-test-check (string= (current-kill 0) "SEGMENT(Readers)") (concat "segls-wire-form copied " (current-kill 0)))
(let ((text (plist-get (segls--run "seg.explain") :markdown)))
  (segls-test-check (string-match-p "Members of Readers" text) (concat "seg.explain says " text)))
(segls-explain)
(let ((said nil))
  (cl-letf (((symbol-function 'message) (lambda (form &rest rest) (setq said (apply #'format form rest)))))
    (segls-validate)
    (segls-test-wait "answer of segls-validate" (lambda () said)))
  (segls-test-check (string-match-p "no organization is set up" said) (concat "segls-validate said " said)))
(set-buffer-modified-p nil)
(eglot-shutdown (eglot-current-server))
(message "emacs: diagnostics, pages of rules, completion, hover, rename, formatting and the commands work")
(kill-emacs 0)
;;; test.el ends here
